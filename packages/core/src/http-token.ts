/** What names in HTTP are made of. */

/** A `token`: the name of a header, a cookie, a scheme or a parameter. RFC 9110 §5.6.2. */
export const TOKEN: RegExp = /^[\w!#$%&'*+.^`|~-]+$/
