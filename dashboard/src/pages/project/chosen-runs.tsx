import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { ProjectPath } from "../../api/runs";
import type { RunOut, RunPagination } from "../../api/schema";
import { tagsQuery } from "../../api/tags";
import { number } from "../../lib/numbers";
import { columnOf, columnsOf, usualColumns } from "../../lib/run-columns";
import type { RunAnalysisSearch } from "../../lib/search/run-analysis";
import { Empty } from "../../ui/feedback";
import { Panel } from "../../ui/page";
import { Columns } from "./columns";
import { PickedActions } from "./picked";
import { RunsTable } from "./runs-table";

interface ChosenRunsProps {
  of: ProjectPath;
  search: RunAnalysisSearch;
  all: RunPagination;
  change: (changes: Partial<RunAnalysisSearch>) => void;
  chosen: ReadonlySet<string> | null;
  runs: RunOut[];
}

/** Those that are chosen, as a table. */
export function ChosenRuns({ of, search, change, all, chosen, runs }: ChosenRunsProps) {
  const tags = useQuery(tagsQuery(of.client)).data?.data ?? [];
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => (chosen === null ? runs : runs.filter((run) => chosen.has(run.id))), [runs, chosen]);
  const fields = all.defined_fields;
  const columns = (search.columns ?? usualColumns(fields)).flatMap((key) => {
    return columnOf(key, fields.find((field) => field.key === key)?.type) ?? [];
  });
  const here = rows.filter((run) => picked.has(run.id));
  if (runs.length === 0) {
    return (
      <Empty title="No run fits">
        <p>
          <Link
            to="/projects/$clientId/$projectId/analysis"
            params={{ clientId: of.client, projectId: of.project }}
            search={{}}
          >
            Show all runs
          </Link>
        </p>
      </Empty>
    );
  }
  return (
    <Panel
      title={rows.length < runs.length ? `${number(rows.length)} of ${number(runs.length)} runs` : "All runs"}
      actions={
        <Columns
          offered={columnsOf(fields)}
          shown={columns.map((column) => column.key)}
          change={(keys) => change({ columns: keys })}
          usual={search.columns ? () => change({ columns: undefined }) : undefined}
        />
      }
    >
      {here.length > 0 && (
        <PickedActions client={of.client} runs={here} tags={tags} done={() => setPicked(new Set())} />
      )}
      {rows.length === 0 ? (
        <p className="dimmed">None of them fits: take a range away.</p>
      ) : (
        <RunsTable
          rows={rows}
          columns={columns}
          tags={tags}
          sorting={{ column: search.sort ?? "id", ascending: search.order === "up" }}
          onSort={({ column, ascending }) =>
            change({ sort: column === "id" ? undefined : column, order: ascending ? "up" : undefined })
          }
          picked={picked}
          pick={setPicked}
        />
      )}
    </Panel>
  );
}
