/** Types of the mobile SDK: save this file next to the SDK, under the same name with the ending `.d.ts`. */

export interface MobileEvent {
  /** The event's name. */
  en: string;
  items?: Record<string, any>[];
  customerProps?: Record<string, any>;
  userProps?: Record<string, any>;
  eventProps?: Record<string, any>;
  /** Objects by their type. */
  objectProps?: Record<string, any>;
}

export interface EventData {
  items?: Record<string, any>[];
  dims?: Record<string, any>;
  extra?: Record<string, any>;
  [field: string]: any;
}

export interface Options {
  /** The address of the Passerby server's ingest port. */
  url: string;
  portalId: string | number;
  propId: string | number;
  appId?: string;
  /** Where ids and unsent events are kept; without one they are lost when the app ends. */
  storage?: { getItem(key: string): any; setItem(key: string, value: string): any };
  /** React Native's AppState. */
  appState?: { addEventListener(name: any, call: (state: string) => void): any };
  /** `app`, `device`, `os`, `network`, `screen`, `locale`: sent with every event. */
  context?: Record<string, any>;
  /** false: nothing is recorded until `setConsent(true)`. */
  consent?: boolean;
  /** Log warnings on the console. */
  debug?: boolean;
  fetch?: typeof fetch;
}

export declare const LogLevel: { readonly NONE: 0; readonly DEBUG: 1; readonly VERBOSE: 2; readonly INFO: 3 };
export declare const MessageStatus: { readonly UNREAD: 1; readonly READ: 2; readonly DELETE: 3 };

export interface Client {
  readonly version: string;
  config(options: Options): Promise<void>;
  config(
    portalId: string | number,
    propId?: string | number,
    appId?: string,
    appGroupId?: string,
    more?: Partial<Options>,
  ): Promise<void>;
  track(event: MobileEvent): Promise<void>;
  track(category: string, action: string, data?: EventData): Promise<void>;
  trackScreen(name: string, title?: string, type?: string): Promise<void>;
  setCustomerProperties(properties: Record<string, any>): Promise<void>;
  setCustomerProps(properties: Record<string, any>): Promise<void>;
  setCustomerId(id: string | number): Promise<void>;
  getCustomerId(): Promise<string>;
  resetCustomer(): Promise<void>;
  getUid(): Promise<string>;
  setUid(uid: string): Promise<void>;
  resetUid(): Promise<void>;
  getDeviceId(): Promise<string>;
  setConsent(given: boolean): Promise<void>;
  getRejectedCount(): Promise<number>;
  flush(): Promise<void>;

  setLogLevel(level: number): Promise<void>;
  getPortalId(): Promise<string>;
  getPropsId(): Promise<string>;
  /** Records `app/open_link`, and keeps the link for `getPendingLink` or `onPendingLink`. */
  handleDeeplinkURL(url: string): Promise<void>;
  getPendingLink(): Promise<string | null>;
  onPendingLink(listener: (link: string) => void): Promise<void>;
  /** Records the event that the URL's query describes. */
  handleTrackingUrl(url: string): Promise<void>;

  // Passerby has no push notifications, app inbox or campaigns in the app: these warn once and answer with nothing.
  appInboxInit(destinationId?: string, audienceType?: "visitor" | "customer"): Promise<void>;
  getListMessage(labels?: string[], page?: number): Promise<any[]>;
  getUnreadMessageCount(): Promise<number>;
  getAllLabels(answer: (labels: any[]) => void): Promise<void>;
  getMessageById(messageId?: string): Promise<any>;
  setPageLimit(limit?: number): Promise<void>;
  modifyAction(messageIds?: string[], action?: number): Promise<void>;
  newMessageReceived(): Promise<void>;
  setCallbackNewMessage(callback?: (message: any) => void): void;
  setIsDelivery(isDelivery?: boolean): Promise<void>;
  getMediaJson(event?: MobileEvent, storyId?: string): Promise<any>;
  requestNotificationPermission(): Promise<void>;
  getPushUid(): Promise<string>;
  getPendingNotification(): Promise<any>;
  onOpenedNotification(callback?: (info: any) => void): void;
}

export declare function createClient(): Client;

declare const passerby: Client;
export default passerby;

export declare const appInboxInit: Client["appInboxInit"];
export declare const config: Client["config"];
export declare const flush: Client["flush"];
export declare const getAllLabels: Client["getAllLabels"];
export declare const getCustomerId: Client["getCustomerId"];
export declare const getDeviceId: Client["getDeviceId"];
export declare const getListMessage: Client["getListMessage"];
export declare const getMediaJson: Client["getMediaJson"];
export declare const getMessageById: Client["getMessageById"];
export declare const getPendingLink: Client["getPendingLink"];
export declare const getPendingNotification: Client["getPendingNotification"];
export declare const getPortalId: Client["getPortalId"];
export declare const getPropsId: Client["getPropsId"];
export declare const getPushUid: Client["getPushUid"];
export declare const getRejectedCount: Client["getRejectedCount"];
export declare const getUid: Client["getUid"];
export declare const getUnreadMessageCount: Client["getUnreadMessageCount"];
export declare const handleDeeplinkURL: Client["handleDeeplinkURL"];
export declare const handleTrackingUrl: Client["handleTrackingUrl"];
export declare const modifyAction: Client["modifyAction"];
export declare const newMessageReceived: Client["newMessageReceived"];
export declare const onOpenedNotification: Client["onOpenedNotification"];
export declare const onPendingLink: Client["onPendingLink"];
export declare const requestNotificationPermission: Client["requestNotificationPermission"];
export declare const resetCustomer: Client["resetCustomer"];
export declare const resetUid: Client["resetUid"];
export declare const setCallbackNewMessage: Client["setCallbackNewMessage"];
export declare const setConsent: Client["setConsent"];
export declare const setCustomerId: Client["setCustomerId"];
export declare const setCustomerProperties: Client["setCustomerProperties"];
export declare const setCustomerProps: Client["setCustomerProps"];
export declare const setIsDelivery: Client["setIsDelivery"];
export declare const setLogLevel: Client["setLogLevel"];
export declare const setPageLimit: Client["setPageLimit"];
export declare const setUid: Client["setUid"];
export declare const track: Client["track"];
export declare const trackScreen: Client["trackScreen"];
export declare const version: Client["version"];
