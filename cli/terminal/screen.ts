const hideCursor = '\x1b[?25l'
const showCursor = '\x1b[?25h'
/** Terminals that know it show the whole frame at once; the others ignore it. */
const [holdScreen, releaseScreen] = ['\x1b[?2026h', '\x1b[?2026l']
const interval = 1000 / 12

/** Draws frames over one another at the foot of a terminal, at most twelve a second. */
export class LiveScreen {
  readonly #stream: NodeJS.WriteStream
  readonly #draw: (tick: number) => string[]
  readonly #restore = () => this.#stream.write(showCursor)
  /** Ctrl-C ends a process without its exit listeners unless somebody asks for them. */
  readonly #interrupt = () => process.exit(130)
  readonly #releaseErrors: () => void
  #height = 0
  #tick = 0
  #drawnAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  /**
   * `draw` returns the lines to show now, none wider than the terminal. What anybody writes to `errors` meanwhile
   * stands above the frame, which would be torn otherwise.
   */
  constructor(stream: NodeJS.WriteStream, draw: (tick: number) => string[], errors = process.stderr) {
    this.#stream = stream
    this.#draw = draw
    process.once('exit', this.#restore)
    process.once('SIGINT', this.#interrupt)
    stream.write(hideCursor)
    this.#releaseErrors = errors.isTTY ? this.#stepAsideFor(errors) : () => {}
  }

  /** Something changed: draws now, or as soon as the last frame has been seen. */
  refresh(): void {
    const wait = this.#drawnAt + interval - performance.now()
    if (wait <= 0) this.#frame()
    else this.#timer ??= setTimeout(() => this.#frame(), wait)
  }

  /** Takes the display away, so that the report stands in its place. */
  close(): void {
    this.#render([])
    this.#releaseErrors()
    process.removeListener('exit', this.#restore)
    process.removeListener('SIGINT', this.#interrupt)
    this.#restore()
  }

  #frame(): void {
    this.#render(this.#draw(this.#tick++))
  }

  #render(lines: readonly string[]): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#drawnAt = performance.now()
    const up = this.#height > 0 ? `\x1b[${this.#height}A` : ''
    const text = lines.map((line) => `${line}\x1b[K\n`).join('')
    this.#stream.write(`${holdScreen}\r${up}${text}\x1b[J${releaseScreen}`)
    this.#height = lines.length
  }

  #stepAsideFor(errors: NodeJS.WriteStream): () => void {
    const { write } = errors
    errors.write = ((...args: Parameters<typeof write>) => {
      this.#render([])
      const written = write.apply(errors, args)
      this.#timer = setTimeout(() => this.#frame(), 0)
      return written
    }) as typeof write
    return () => {
      errors.write = write
    }
  }
}
