/** The version that is served; the place of this module is taken when the files are joined. */
export const VERSION = "source";
