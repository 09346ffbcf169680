/** Header names in lower case; a header that came more than once has its values joined with `, `. */
export type HttpHeaders = Readonly<Record<string, string>>

/** An answer as plain data, whatever its status. */
export interface HttpResponse {
  readonly status: number
  readonly headers: HttpHeaders
  readonly body: Uint8Array
}
