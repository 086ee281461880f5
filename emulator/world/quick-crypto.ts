import crypto from 'node:crypto'

/**
 * Node's `createHmac`, as the SDK's clients sign with it several times for each request: Node asks of a key that is bytes first
 * whether it is an object, for longer than the hash takes. What it makes is the same.
 */
class Hmac {
  readonly #outer: Uint8Array
  readonly #chunks: Uint8Array[]

  constructor(key: Uint8Array) {
    const short = key.length > blockSize ? sha256([key]) : key
    this.#chunks = [padded(short, 0x36)]
    this.#outer = padded(short, 0x5c)
  }

  update(data: string | Uint8Array): this {
    this.#chunks.push(typeof data === 'string' ? Buffer.from(data) : data)
    return this
  }

  digest(): Buffer {
    return sha256([this.#outer, sha256(this.#chunks)])
  }
}

/** Of SHA-256, bytes. https://datatracker.ietf.org/doc/html/rfc2104#section-2 */
const blockSize = 64

const sha256 = (parts: Uint8Array[]): Buffer => crypto.hash('sha256', Buffer.concat(parts), 'buffer')

function padded(key: Uint8Array, pad: number): Uint8Array {
  const block = new Uint8Array(blockSize).fill(pad)
  for (const [i, byte] of key.entries()) block[i] = byte ^ pad
  return block
}

const createHmac = (algorithm: string, key: string | Uint8Array) =>
  algorithm === 'sha256'
    ? new Hmac(typeof key === 'string' ? Buffer.from(key) : key)
    : crypto.createHmac(algorithm, key)

/** `node:crypto`, for bundles. */
export const quickCrypto: typeof crypto = Object.assign({}, crypto, { createHmac })
