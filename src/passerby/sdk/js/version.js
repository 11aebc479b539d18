/** The version that is served: the server replaces the placeholder in the bundles. */
export const VERSION = "__PASSERBY_VERSION__";
