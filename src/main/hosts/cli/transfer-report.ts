import { formatBytes, formatCount } from '../../../shared/base/bytes.ts';
import type { TransferReport } from '../../../shared/model/transfer.ts';
import type { CliContext } from './context.ts';
import { writeJson } from './format/json.ts';
import { writeLines } from './format/lines.ts';

/** What an import or export did, for a person or as JSON. */
export async function writeTransferReport(context: CliContext, report: TransferReport, json: boolean): Promise<void> {
  if (json) return writeJson(context.out, report);
  const {
    blobsCopied,
    bytesCopied,
    blobsMounted = 0,
    blobsSkipped,
    resultsLeftOut,
    manifest,
    caches = [],
    warnings,
    commands,
  } = report;
  const mounted = blobsMounted === 0 ? '' : `${formatCount(blobsMounted)} mounted from other repositories; `;
  const lines = [
    `${formatCount(blobsCopied)} blobs copied, ${formatBytes(bytesCopied)}; ${mounted}${formatCount(blobsSkipped)} were there already`,
    ...(resultsLeftOut === 0
      ? []
      : [`${formatCount(resultsLeftOut)} results left out: their blobs are not in the source`]),
    ...caches.flatMap(({ ref, records, addedRecords }) =>
      records === undefined || addedRecords === undefined
        ? []
        : [`${ref} holds ${formatCount(records)} records now, ${formatCount(addedRecords)} of them new`],
    ),
    `manifest ${manifest.digest}`,
    ...warnings.map((warning) => `warning: ${warning}`),
    ...(commands.length === 0 ? [] : ['', ...commands.map((command) => `  ${command}`)]),
  ];
  await writeLines(context.out, ...lines);
}
