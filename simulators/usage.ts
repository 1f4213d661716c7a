/** What a program says of its own command line: asked for by --help, or because an option is unknown. */

/** Prints the usage and ends, where that was asked for. */
export function answerHelp(usage: string, argv: readonly string[] = process.argv.slice(2)): void {
  if (!argv.includes('--help') && !argv.includes('-h')) return;
  process.stdout.write(usage);
  process.exit(0);
}

/** True for what `parseArgs` throws about an unknown option or a missing value. */
export const isUnknownOption = (error: unknown): error is Error =>
  error instanceof Error && String((error as NodeJS.ErrnoException).code ?? '').startsWith('ERR_PARSE_ARGS_');
