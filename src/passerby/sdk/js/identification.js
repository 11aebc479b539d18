/** The identify event, the same for pages and apps. */

import { localTime } from "./clock.js";

/**
 * The fields of `user/identify`. With a `customer_id` among the properties the visitor becomes that customer.
 *
 * @param {Record<string, any>} properties  of the customer
 * @param {number} now
 */
export function identification(properties, now) {
  const extra = { identify_time: localTime(now), identify_event: "user_identify", identify_type: "exact" };
  return { dims: { customers: properties }, extra };
}
