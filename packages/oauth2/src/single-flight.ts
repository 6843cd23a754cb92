/** Whoever asks while an answer is on its way gets the same one. */

export function singleFlight<T>(flights: Map<string, Promise<T>>, key: string, run: () => Promise<T>): Promise<T> {
  const underWay = flights.get(key)
  if (underWay !== undefined) return underWay
  const flight = run().finally(() => flights.delete(key))
  flights.set(key, flight)
  return flight
}
