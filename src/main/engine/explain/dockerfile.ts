/** An instruction of a Dockerfile, on one line. Lines count from 1. */
export interface Instruction {
  readonly keyword: string;
  /** Keyword in upper case, then the rest with single spaces where lines were joined. */
  readonly text: string;
  readonly firstLine: number;
  readonly lastLine: number;
  /** As the progress of a build has it: `assets 2/3`. Absent for what makes no step. */
  readonly stage?: string;
}

interface Stage {
  readonly name: string;
  readonly from: string;
  readonly steps: Instruction[];
}

/** Instructions that become steps of their stage. */
const STEPS = ['ADD', 'COPY', 'RUN', 'WORKDIR'];

/**
 * Reads a Dockerfile as far as naming its steps needs: instructions with their lines, and where each stands in its
 * stage. Numbers must agree with the Dockerfile front end: an image that a stage starts from counts as its first step,
 * unless it comes from a named context, which counts but takes no number; `scratch` and other stages do not count.
 * @param contexts names of the named contexts of the build
 */
export function readDockerfile(text: string, contexts: ReadonlySet<string>): Instruction[] {
  const instructions = instructionsOf(text);
  const stages: Stage[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === 'FROM') {
      const match = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(instruction.text);
      stages.push({ name: match?.[2] ?? `stage-${stages.length}`, from: match?.[1] ?? '', steps: [] });
    } else if (STEPS.includes(instruction.keyword)) stages.at(-1)?.steps.push(instruction);
  }
  const stageOf = new Map<Instruction, string>();
  stages.forEach(({ name, from, steps }, i) => {
    const fromStage = stages.slice(0, i).some((other) => other.name.toLowerCase() === from.toLowerCase());
    const image = from !== 'scratch' && !fromStage;
    const numbered = image && !contexts.has(from) ? 1 : 0;
    steps.forEach((step, at) => {
      stageOf.set(step, `${name} ${at + 1 + numbered}/${steps.length + (image ? 1 : 0)}`);
    });
  });
  return instructions.map((instruction) => {
    const stage = stageOf.get(instruction);
    return stage === undefined ? instruction : { ...instruction, stage };
  });
}

/** Splits at instructions: comments out, continued lines joined, here-documents skipped over. */
function instructionsOf(text: string): Instruction[] {
  const lines = text.split(/\r?\n/);
  const escapeCharacter = /^#\s*escape\s*=\s*(`)/im.test(lines.slice(0, 5).join('\n')) ? '`' : '\\';
  const instructions: Instruction[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (isBlank(lines[i])) continue;
    const firstLine = i + 1;
    const parts: string[] = [];
    for (; i < lines.length; i++) {
      const line = (lines[i] ?? '').trimEnd();
      // Comments and empty lines may stand between continued lines.
      if (parts.length > 0 && isBlank(line)) continue;
      const continued = line.endsWith(escapeCharacter);
      parts.push((continued ? line.slice(0, -1) : line).trim());
      if (!continued) break;
    }
    const joined = parts.filter((part) => part !== '').join(' ');
    for (const end of hereDocuments(joined)) {
      do i++;
      while (i < lines.length && (lines[i] ?? '').replace(/^\t+/, '') !== end);
    }
    const keyword = (/^\S+/.exec(joined)?.[0] ?? '').toUpperCase();
    const rest = joined.slice(keyword.length);
    instructions.push({ keyword, text: keyword + rest, firstLine, lastLine: Math.min(i + 1, lines.length) });
  }
  return instructions;
}

function isBlank(line: string | undefined): boolean {
  return /^\s*(#|$)/.test(line ?? '');
}

function hereDocuments(instruction: string): string[] {
  if (!/^(RUN|COPY|ADD)\b/i.test(instruction)) return [];
  return [...instruction.matchAll(/<<-?(["']?)([A-Za-z_][\w.]*)\1/g)].map((match) => match[2] ?? '');
}

/**
 * A text with the variables that are set put in, as the front end writes the names of steps: not inside single quotes,
 * quotes and escapes kept, unset variables left alone.
 */
export function expandVariables(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replace(
    /'[^']*'|\\.|\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, bare: string | undefined) => environment.get(braced ?? bare ?? '') ?? whole,
  );
}
