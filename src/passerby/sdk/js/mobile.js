/**
 * The mobile SDK: for React Native, Node, or whatever runs JavaScript and has `fetch` and somewhere to keep things.
 *
 * The calls are those of Antsomi's SDK for React Native. All of them may come before `config` is done: they wait.
 */

import { createClient } from "./mobile_client.js";

const shared = createClient();

const { config, track, trackScreen, setCustomerProperties, setCustomerProps, setCustomerId, getCustomerId } = shared;
const { resetCustomer, setUid, resetUid, getUid, getDeviceId, getRejectedCount, setConsent, flush, version } = shared;

export {
  config,
  createClient,
  flush,
  getCustomerId,
  getDeviceId,
  getRejectedCount,
  getUid,
  resetCustomer,
  resetUid,
  setConsent,
  setCustomerId,
  setCustomerProperties,
  setCustomerProps,
  setUid,
  track,
  trackScreen,
  version,
};
export default shared;
