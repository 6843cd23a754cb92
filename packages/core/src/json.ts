/** Plain JSON, as stores keep it. Record shapes are written as `type`, not `interface`, so that they fit. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** A JSON object. An absent member may be written as `undefined`; it is not stored. */
export type JsonObject = { readonly [name: string]: Json | undefined }
