/** What may become of a campaign. The names are stored: none of them may change. */
export const campaignStatuses = {
  /** For a freeze or a window: it has planned nothing yet. */
  waiting: { open: true, failed: false },
  running: { open: true, failed: false },
  finished: { open: false, failed: false },
  /** By itself, and not by its images. */
  failed: { open: false, failed: true },
  aborted: { open: false, failed: true },
} satisfies Record<string, { open: boolean; failed: boolean }>

export type CampaignStatus = keyof typeof campaignStatuses

interface Campaign {
  status: CampaignStatus
}

export const isOpen = ({ status }: Campaign): boolean => campaignStatuses[status].open

/** Whether the campaign itself came to an end that needs somebody, whatever became of its images. */
export const hasFailed = ({ status }: Campaign): boolean => campaignStatuses[status].failed
