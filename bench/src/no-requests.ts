/** A client for sessions whose token stays fresh. */
export const noRequests = {
  transport: () => Promise.reject(new Error('A fresh token needs no request.')),
  authorised: () => undefined,
}
