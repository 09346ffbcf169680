/**
 * What bundlers find in place of this package where they build for browsers. There is no such module: its name is what the build fails with, before a
 * secret gets into what browsers are sent.
 *
 * @module
 */

// @ts-expect-error there is none
import '@oauth/nextjs is for the server, and with it what imports it. Client components import @oauth/nextjs/client'
