import { describe, expect, it, vi } from 'vitest'
import type { AnswerRequest, Open } from '../../../cli/approve/api.ts'
import type { AnswerOptions } from '../../../cli/approve/command.ts'
import { approve, reject } from '../../../cli/approve/run.ts'
import { BadInput, Failed } from '../../../cli/problems.ts'
import type { Answer, Approval } from '../../../domain/approvals.ts'
import { fleetFile } from '../fleet-file.ts'
import { caughtOutput } from '../stdout.ts'

const { fleet } = fleetFile()

const now = '2026-09-02T09:00:00Z'
const alice = 'arn:aws:sts::111122223333:assumed-role/managers/alice'
const web: Open = {
  campaign: 'ubuntu-ami-1',
  image: 'web',
  version: '1.0.3/1',
  ami: 'ami-2',
  ring: 'everyone',
  requestedAt: '2026-09-02T06:00:00Z',
  until: '2026-09-04T06:00:00.000Z',
  approvers: ['arn:aws:iam::111122223333:role/managers'],
}
const named = { campaign: web.campaign, image: web.image }

function parts({ says, open = [web], of = [] }: { says?: boolean; open?: Open[]; of?: Approval[] } = {}) {
  const taken: AnswerRequest[] = []
  const answer = async (request: AnswerRequest): Promise<Answer> => {
    taken.push(request)
    const { by, time, answer } = request
    return { as: answer === 'approve' ? 'approved' : 'rejected', by, at: time }
  }
  return {
    now,
    taken,
    canAsk: () => says !== undefined,
    confirm: vi.fn(async () => says ?? false),
    open: vi.fn(async () => ({
      caller: alice,
      approvals: {
        open: async () => open,
        of: async () => of,
        answer,
        isThere: async (campaign: string) => campaign !== 'no-such-campaign',
      },
    })),
  }
}
type Deps = ReturnType<typeof parts>
const run = (command: typeof approve, options: Partial<AnswerOptions>, deps: Deps = parts()) =>
  command({ fleet, ...options }, deps)

describe('rebake approve and rebake reject', () => {
  const printed = caughtOutput()

  it.each([
    ['approve', approve],
    ['reject', reject],
  ])('lists what waits: %s', async (_, command) => {
    await run(command, {})
    expect(printed()).toContain('1 image waits for an approval.')
    expect(printed()).toMatch(/ubuntu-ami-1 +web +1\.0\.3\/1 +everyone +2026-09-04 06:00 +role\/managers/)
    expect(printed()).toContain('  npx --no-install rebake approve ubuntu-ami-1 web --ring everyone\n')
  })

  it.each([
    [{}, 1],
    [{ ring: 'everyone' }, 1],
    [{ ring: 'canary' }, 0],
  ])('lists what waits of %j, as one JSON document', async (options, number) => {
    await run(approve, { ...options, json: true })
    expect(JSON.parse(printed())).toEqual(number === 1 ? [web] : [])
  })

  it('says where nothing waits', async () => {
    await run(approve, {}, parts({ open: [] }))
    expect(printed()).toBe('Nothing waits for an approval.\n')
  })

  it('shows what waits, asks, and approves it', async () => {
    const deps = parts({ says: true })
    await run(approve, named, deps)
    expect(deps.confirm).toHaveBeenCalledWith('Approve it in account 111122223333, eu-west-1?')
    expect(printed()).toContain(
      'web 1.0.3/1 (ami-2) waits to go to ring everyone, since 2026-09-02 06:00 UTC and until 2026-09-04 06:00 UTC.',
    )
    expect(deps.taken).toEqual([{ ...named, ring: 'everyone', answer: 'approve', by: alice, time: now }])
    expect(printed()).toContain(`✔ Approved web for ring everyone in campaign ubuntu-ami-1, as ${alice} at ${now}.`)
  })

  it('rejects it, with the reason in a line', async () => {
    const deps = parts({ says: true })
    await run(reject, { ...named, reason: 'CVE-2026-1\n is open' }, deps)
    expect(deps.confirm).toHaveBeenCalledWith('Reject it in account 111122223333, eu-west-1?')
    expect(deps.taken).toMatchObject([{ answer: 'reject', reason: 'CVE-2026-1 is open' }])
    expect(printed()).toContain('✖ Rejected web for ring everyone')
  })

  it('answers nothing when the answer is no', async () => {
    const deps = parts({ says: false })
    await run(approve, named, deps)
    expect(deps.taken).toEqual([])
    expect(printed().trimEnd()).toMatch(/Nothing was answered\.$/)
    expect(process.exitCode).toBe(1)
  })

  it('does not ask with --yes, and prints one JSON document', async () => {
    const deps = parts({ says: true })
    await run(approve, { ...named, yes: true, json: true }, deps)
    expect(deps.confirm).not.toHaveBeenCalled()
    expect(JSON.parse(printed())).toEqual({ ...named, ring: 'everyone', as: 'approved', by: alice, at: now })
  })

  describe('for all that waits of a campaign', () => {
    const java = { ...web, image: 'java', ring: 'canary' }
    const open = [web, java, { ...web, campaign: 'another' }]
    const campaign = web.campaign

    it.each([
      [approve, {}, 'Approve all 2', ['web everyone', 'java canary']],
      [approve, { ring: 'canary' }, 'Approve it', ['java canary']],
      [reject, { reason: 'CVE-2026-1' }, 'Reject all 2', ['web everyone', 'java canary']],
    ])('shows it, asks once, and answers each: %#', async (command, options, question, answered) => {
      const deps = parts({ says: true, open })
      await run(command, { campaign, ...options }, deps)
      expect(deps.confirm).toHaveBeenCalledTimes(1)
      expect(deps.confirm).toHaveBeenCalledWith(`${question} in account 111122223333, eu-west-1?`)
      expect(deps.taken.map(({ image, ring }) => `${image} ${ring}`)).toEqual(answered)
      expect(deps.taken.every((each) => each.campaign === campaign && each.by === alice)).toBe(true)
      expect(printed()).toContain(`You answer as ${alice}.`)
      expect(process.exitCode).toBeUndefined()
    })

    it('goes on where one is not taken, and says which', async () => {
      const deps = parts({ says: true, open })
      const refusing = async () => {
        const { caller, approvals } = await deps.open()
        const answer = async (request: AnswerRequest) => {
          if (request.image === 'web') throw new Failed('It was not taken: bob was first.')
          return approvals.answer(request)
        }
        return { caller, approvals: { ...approvals, answer } }
      }
      await approve({ fleet, campaign, yes: true }, { ...deps, open: refusing })
      expect(deps.taken.map(({ image }) => image)).toEqual(['java'])
      expect(printed()).toContain('✖ web for ring everyone: It was not taken: bob was first.\n✔ Approved java')
      expect(process.exitCode).toBe(1)
    })

    it('prints one JSON document', async () => {
      await run(approve, { campaign, yes: true, json: true }, parts({ open }))
      expect(JSON.parse(printed())).toEqual([
        { campaign, image: 'web', ring: 'everyone', as: 'approved', by: alice, at: now },
        { campaign, image: 'java', ring: 'canary', as: 'approved', by: alice, at: now },
      ])
    })

    it('says where nothing waits of it', async () => {
      const deps = parts({ says: true, open })
      await run(approve, { campaign: 'ubuntu-ami-3' }, deps)
      expect(printed()).toBe('Nothing waits for an approval.\n')
      expect(deps.confirm).not.toHaveBeenCalled()
    })

    it.each([
      [reject, { yes: true }, 'Say why with --reason TEXT'],
      [approve, { json: true }, 'say so beforehand with --yes'],
    ])('takes what one answer takes: %#', async (command, options, message) => {
      await expect(run(command, { campaign, ...options }, parts({ open }))).rejects.toThrow(message)
    })
  })

  it('lets the function say what became of what does not wait any more', async () => {
    const of = [{ ...web, ring: 'canary' }, web]
    const deps = parts({ says: true, open: [], of })
    await run(approve, named, deps)
    expect(deps.taken).toMatchObject([{ ring: 'everyone' }])
    await run(approve, { ...named, ring: 'canary' }, deps)
    expect(deps.taken).toMatchObject([{ ring: 'everyone' }, { ring: 'canary' }])
  })

  it("takes a rehearsal's operator for somebody who may", async () => {
    const operator = 'arn:aws:iam::111122223333:user/operator'
    const answeredBy = async (endpointUrl?: string) => {
      const deps = parts()
      const open = async () => ({ ...(await deps.open()), caller: operator })
      await approve({ fleet, ...named, yes: true, ...(endpointUrl && { endpointUrl }) }, { ...deps, open })
      return deps.taken[0]?.by
    }
    expect(await answeredBy('http://127.0.0.1:4566')).toBe(alice.replace('alice', 'rehearsal'))
    expect(await answeredBy()).toBe(operator)
  })

  it.each([
    { command: reject, options: { ...named, yes: true }, message: 'Say why with --reason TEXT' },
    { command: reject, options: { ...named, yes: true, reason: ' ' }, message: 'Say why with --reason TEXT' },
    { command: approve, options: named, message: 'say so beforehand with --yes' },
    { command: approve, options: { ...named, json: true }, message: 'say so beforehand with --yes' },
    { command: approve, options: { endpointUrl: 'x' }, message: 'expected a URL' },
  ])('asks nobody, and nothing of AWS: $message', async ({ command, options, message }) => {
    const deps = parts()
    const problem = await run(command, options, deps).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(BadInput)
    expect((problem as Error).message).toContain(message)
    expect(deps.open).not.toHaveBeenCalled()
  })

  it.each([
    [{ campaign: 'no-such-campaign' }, 'There is no campaign no-such-campaign.'],
    [{ ...named, campaign: 'no-such-campaign' }, 'There is no campaign no-such-campaign.'],
    [{ ...named, ring: 'canry' }, "--ring canry: the fleet has no ring 'canry', did you mean 'canary'?"],
    [{ ring: 'canry' }, "--ring canry: the fleet has no ring 'canry', did you mean 'canary'?"],
  ])('is bad usage for a name that does not exist: %j', async (options, message) => {
    for (const [command, reason] of [
      [approve, ''],
      [reject, 'CHG-1'],
    ] as const) {
      const problem = await run(command, { ...options, reason, yes: true }).catch((error: unknown) => error)
      expect(problem).toBeInstanceOf(BadInput)
      expect((problem as Error).message).toContain(message)
    }
  })

  it.each([
    [{ ...named, image: 'java' }, 'java in campaign ubuntu-ami-1.'],
    [{ ...named, campaign: 'other' }, 'web in campaign other.'],
    [{ ...named, ring: 'canary' }, 'web in campaign ubuntu-ami-1, for ring canary.'],
  ])('fails where nobody has asked: %j', async (options, what) => {
    const deps = parts()
    const problem = await run(approve, { ...options, yes: true }, deps).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(Failed)
    expect((problem as Error).message).toContain(`Nobody has asked for an approval of ${what}`)
    expect(deps.taken).toEqual([])
  })
})
