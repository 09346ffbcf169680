/** Errors explain themselves: everywhere but in browsers, and there too while developing. */
export const explain: boolean = true
