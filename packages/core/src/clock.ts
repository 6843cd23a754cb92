/** Seconds since the epoch, whole (NumericDate, RFC 7519 §2). Everything that needs the time takes one as an option. */
export type Clock = () => number

/** The clock of the machine. */
export const systemClock: Clock = () => Math.floor(Date.now() / 1000)
