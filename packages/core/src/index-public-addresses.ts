/** The part of the index that servers load later, with `send`. */

export { publicAddresses } from './public-addresses.ts'
