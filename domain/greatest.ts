/** The greatest number up to `end` for which it holds, where it holds for all smaller ones too. */
export function greatest(end: number, holds: (count: number) => boolean): number {
  let [low, high] = [0, end]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (holds(middle)) low = middle
    else high = middle - 1
  }
  return low
}
