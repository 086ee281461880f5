import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LiveScreen } from '../../../cli/terminal/screen.ts'

/** A terminal as far as the display uses it: what is on it after all that was written. */
class FakeTerminal {
  readonly isTTY = true
  readonly lines = ['$ rebake rehearse', '']
  cursorShown = true
  #row = 1
  writes = 0

  write(text: string): boolean {
    this.writes++
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are driven by them
    for (const part of text.match(/\x1b\[\??\d*[A-Za-z]|[\r\n]|[^\x1b\r\n]+/g) ?? []) this.#take(part)
    return true
  }

  #take(part: string): void {
    if (part === '\x1b[?25l') this.cursorShown = false
    else if (part === '\x1b[?25h') this.cursorShown = true
    else if (part === '\n') this.lines[++this.#row] ??= ''
    else if (part === '\x1b[J') this.lines.splice(this.#row, this.lines.length, '')
    else if (part.endsWith('A')) this.#row -= Number(part.slice(2, -1))
    else if (!part.startsWith('\x1b') && part !== '\r') this.lines[this.#row] = part
  }
}

describe('live screen', () => {
  beforeEach(() => void vi.useFakeTimers())
  const opened: LiveScreen[] = []
  afterEach(() => {
    // An open screen listens for Ctrl-C, in a process that other test files share.
    for (const screen of opened.splice(0)) screen.close()
    vi.useRealTimers()
  })

  const open = () => {
    const terminal = new FakeTerminal()
    const stream = terminal as unknown as NodeJS.WriteStream
    const errors = { isTTY: true, write: (text: string) => terminal.write(text) } as NodeJS.WriteStream
    let shown = ['one']
    const screen = new LiveScreen(stream, () => shown, errors as typeof process.stderr)
    opened.push(screen)
    const show = (lines: string[]) => {
      shown = lines
      screen.refresh()
    }
    return { terminal, screen, show, errors }
  }

  it('draws each frame over the last one, longer or shorter', () => {
    const { terminal, show } = open()
    for (const lines of [['a'], ['b', 'c', 'd'], ['e', 'f']]) {
      show(lines)
      vi.advanceTimersByTime(100)
      expect(terminal.lines).toEqual(['$ rebake rehearse', ...lines, ''])
    }
  })

  it('draws about twelve frames a second, and always the last one', () => {
    const { terminal, show } = open()
    const before = terminal.writes
    for (let change = 0; change < 1000; change++) {
      show([String(change)])
      vi.advanceTimersByTime(1)
    }
    vi.advanceTimersByTime(100)
    expect(terminal.writes - before).toBeLessThanOrEqual(14)
    expect(terminal.lines).toEqual(['$ rebake rehearse', '999', ''])
  })

  it('lets others write above the frame, and leaves them alone afterwards', () => {
    const { terminal, screen, show, errors } = open()
    const wrap = errors.write
    show(['a', 'b'])
    errors.write('warning\n')
    errors.write('another\n')
    vi.advanceTimersByTime(1)
    expect(terminal.lines).toEqual(['$ rebake rehearse', 'warning', 'another', 'a', 'b', ''])
    screen.close()
    expect(terminal.lines).toEqual(['$ rebake rehearse', 'warning', 'another', ''])
    expect(errors.write).not.toBe(wrap)
  })

  it('takes itself away and gives the cursor back', () => {
    const { terminal, screen, show } = open()
    show(['a', 'b'])
    expect(terminal.cursorShown).toBe(false)
    screen.close()
    vi.advanceTimersByTime(1000)
    expect(terminal.lines).toEqual(['$ rebake rehearse', ''])
    expect(terminal.cursorShown).toBe(true)
  })

  it('gives the cursor back after Ctrl-C, and ends', async () => {
    vi.useRealTimers()
    const module = JSON.stringify(resolve('cli/terminal/screen.ts'))
    const script = `import(${module}).then(({ LiveScreen }) => {
      new LiveScreen(process.stdout, () => ['a']).refresh()
      setTimeout(() => {}, 60_000)
    })`
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const output: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output.push(text)
      if (text.includes('a')) child.kill('SIGINT')
    })
    const [code] = await once(child, 'close')
    expect({ code, end: output.join('').slice(-6) }).toEqual({ code: 130, end: '\x1b[?25h' })
  })
})
