/** `receive-release`, `image` -> `ReceiveReleaseImage`. */
export const pascalCase = (...parts: string[]) =>
  parts
    .flatMap((part) => part.split(/[^A-Za-z0-9]+/))
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
