/** Errors carry their codes and clauses alone: in bundles for browsers, unless the bundler sets the condition `development`. */
export const explain: boolean = false
