import type { Environment } from '../environment.js'
import { explain } from '../error/explain.js'
import type { Quirks } from './quirks.js'

/** Why each quirk is there: which clause is departed from, and who is known to do it. */
export const QUIRK_REASONS: Readonly<Record<keyof Quirks, string>> | false = explain && {
  acceptTokenStatus: 'RFC 6749 §5.1 has a token answer come with status 200; some servers answer 201',
  anyContentType: 'RFC 6749 §5.1 has a token answer called application/json; some servers call it text/html or nothing',
  bearerTokenTypes: 'RFC 6750 §4 calls the type "Bearer"; eBay calls it "User Access Token" and "Application Access Token"',
  camelCaseMembers: 'RFC 6749 §5.1 spells members as in access_token; Plentymarkets spells accessToken',
  errorWithStatus200: 'RFC 6749 §5.2 has an error come with status 400; GitHub and Slack send it with 200',
  expiresInMember: 'RFC 6749 §5.1 calls the lifetime expires_in; Stack Exchange and old Facebook call it expires',
  expiresInZero: 'RFC 6749 §5.1: expires_in is the lifetime in seconds; Mailchimp says 0 of tokens that do not expire',
  formEncodedTokenResponse: 'RFC 6749 §5.1 has a token answer be JSON; Stack Exchange and old Facebook form-encode it',
  getTokenRequest: 'RFC 6749 §3.2 has the client use POST; VK takes GET',
  missingTokenType: 'RFC 6749 §5.1 requires token_type; Slack, Stack Exchange, Weibo, Douban and old Facebook leave it out',
  nonceNotReturned: 'OpenID Connect Core §3.1.3.7 step 11 has the nonce come back; LinkedIn and some of Apple leave it out',
  rawBasicCredentials: 'RFC 6749 §2.3.1 has id and secret form-encoded in HTTP Basic; some servers do not decode them',
  resourceHeaders: 'RFC 6750 §2 asks for nothing beside the token; Twitch requires Client-ID',
  resourceQuery: 'RFC 6750 §2 asks for nothing beside the token; Stack Exchange requires "site", VK "v"',
  scopeDelimiter: 'RFC 6749 §3.3 separates scopes with spaces; Strava and Slack separate them with commas',
  scopeList: 'RFC 6749 §3.3 has scope be a text; Twitch sends a list',
  templatedIssuer: 'OpenID Connect Discovery §4.3 has the issuer be the one configured; Microsoft publishes {tenantid}',
  tokenParameter: 'RFC 6750 §2.3 calls the query parameter access_token; Slack calls it token',
  userinfoMembers: 'OpenID Connect Core §5.3.2 has UserInfo be claims; APIs of providers without OpenID Connect name them otherwise',
}

/** Tells that a quirk has changed something: its name and reason, never what it was applied to. */
export function quirkFired(environment: Pick<Environment, 'emit'> | undefined, quirk: keyof Quirks): void {
  environment?.emit?.({ type: 'quirk', quirk, ...(QUIRK_REASONS && { detail: QUIRK_REASONS[quirk] }) })
}
