import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { number } from "../../../lib/numbers";
import type { HistorySearch } from "../../../lib/search/history";
import { Panel } from "../../../ui/page";
import { HistoryTable } from "../history-table";
import { useSelection } from "./selection";

/** The observations that are chosen, as a table. */
export function ChosenRows() {
  const { experiment, rows, total } = useSelection();
  const [sort, setSort] = useState<Pick<HistorySearch, "sort" | "order">>({});
  const navigate = useNavigate();
  if (rows === null) return null;
  function change({ open, ...sorting }: Partial<HistorySearch>) {
    if (open === undefined) return setSort(sorting);
    const params = { experimentId: experiment.id ?? "" };
    navigate({ to: "/experiments/$experimentId/history", params, search: { open } });
  }
  const some = rows.length < total ? `${number(rows.length)} of ${number(total)} observations` : "All observations";
  return (
    <Panel title={some}>
      {rows.length === 0 ? (
        <p className="dimmed">None fits: take a condition away.</p>
      ) : (
        <HistoryTable experiment={experiment} rows={rows} search={sort} change={change} />
      )}
    </Panel>
  );
}
