/** What Nitro imports by itself. */

declare const defineEventHandler: typeof import('h3v1').defineEventHandler
