/** Where reports for the people who maintain the program go: a log file, standard error. Never shown as it is. */
export interface ReportSink {
  /** `id` is also shown to the person, so that both can be matched. No credential is ever part of it. */
  internalError(id: string, error: unknown): void;
}
