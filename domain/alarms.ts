const day = 86_400

/**
 * Seconds. CloudWatch keeps the history of an alarm for 30 days: what is asked later than this after the last answer, nobody can answer.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
export const alarmMemory = 29 * day

/** Seconds that one wait in a fleet may take until an alarm is asked again: a day is left for what delays that. */
export const longestBetweenLooks = 28 * day

/** Seconds after which anybody who waits for a window or a freeze asks the alarm before it waits on. */
export const looksEvery = 14 * day
