import { Button, Modal, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { correct, useChange } from "../../api/changes";
import { guestToken } from "../../api/client";
import { observationsQuery } from "../../api/experiments";
import { useMayWrite } from "../../api/session";
import type { ExperimentOut, ObservationIn, ObservationOut } from "../../api/schema";
import { address } from "../../app/base";
import { conditions, matching } from "../../lib/filter";
import { number, shown } from "../../lib/numbers";
import { reportOf } from "../../lib/report";
import type { HistorySearch } from "../../lib/search/history";
import table from "../../ui/data-table.module.css";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import { DownloadIcon } from "../../ui/icons";
import { ReportForm } from "../../ui/report-form";
import { SearchField } from "../../ui/search-field";
import { useExperiment } from "./experiment";
import styles from "./history.module.css";
import { AddButton } from "./history/add";
import { ImportButton } from "./history/import";
import { HistoryTable } from "./history-table";

const route = getRouteApi("/signed-in/experiments/$experimentId/history");

/** All that was observed: to sort, filter, mend and take along. */
export function HistoryTab() {
  const experiment = useExperiment();
  const id = experiment.id ?? "";
  const search = route.useSearch();
  const mayWrite = useMayWrite();
  const navigate = route.useNavigate();
  const change = useCallback(
    (changes: Partial<HistorySearch>) =>
      navigate({ search: (before) => ({ ...before, ...changes }), replace: true, resetScroll: false }),
    [navigate],
  );
  const observations = useQuery(observationsQuery(id));
  const rows = useMemo(() => filtered(observations.data ?? [], search), [observations.data, search]);
  const filter = useCallback((text: string) => change({ filter: text || undefined }), [change]);
  if (observations.isPending) return <Waiting what="Loading observations" />;
  if (observations.isError) return <Failure error={observations.error} retry={observations.refetch} />;
  if (observations.data.length === 0) return <NothingObserved experiment={experiment} />;
  return (
    <>
      <div className={table.toolbar}>
        <SearchField
          label="Filter"
          placeholder={`Filter: words, or ${example(experiment)}`}
          value={search.filter ?? ""}
          onChange={filter}
        />
        <SegmentedControl
          size="xs"
          aria-label="Failed ones"
          data={[
            { value: "all", label: "All" },
            { value: "without", label: "Succeeded" },
            { value: "only", label: "Failed" },
          ]}
          value={search.failed ?? "all"}
          onChange={(failed) => change({ failed: failed === "all" ? undefined : (failed as "only" | "without") })}
        />
        <span className={table.count} role="status">
          {rows.length === observations.data.length
            ? `${number(rows.length)} ${rows.length === 1 ? "observation" : "observations"}`
            : `${number(rows.length)} of ${number(observations.data.length)} observations`}
        </span>
        <div className={styles.files}>
          {mayWrite && <AddButton experiment={experiment} />}
          {mayWrite && <ImportButton experiment={experiment} />}
          <Exports id={id} />
        </div>
      </div>
      {rows.length === 0 ? (
        <Empty title="No observation fits the filter">
          <Button variant="default" size="xs" onClick={() => change({ filter: undefined, failed: undefined })}>
            Show all
          </Button>
        </Empty>
      ) : (
        <HistoryTable experiment={experiment} rows={rows} search={search} change={change} />
      )}
      <EditDialog
        experiment={experiment}
        observation={observations.data.find((each) => each.id === search.open) ?? null}
        onClose={() => change({ open: undefined })}
      />
    </>
  );
}

function filtered(rows: ObservationOut[], search: HistorySearch): ObservationOut[] {
  const wanted = matching(rows, conditions(search.filter ?? ""));
  return search.failed ? wanted.filter((row) => row.failed === (search.failed === "only")) : wanted;
}

/** A condition that fits this very experiment. */
function example(experiment: ExperimentOut): string {
  const category = experiment.parameters.find((parameter) => parameter.categorical_values?.length);
  if (category) return `${quoted(category.name)}=${category.categorical_values?.[0]?.name}`;
  const [first] = experiment.parameters;
  return `${quoted(first?.name ?? "value")}>${shown(first?.bounds?.min ?? 0)}`;
}

function quoted(name: string): string {
  return /\s/.test(name) ? `"${name}"` : name;
}

function Exports({ id }: { id: string }) {
  if (guestToken() !== null) return null; // a plain link sends no token, only the cookie
  return (
    <>
      {(["csv", "ndjson"] as const).map((format) => (
        <Button
          key={format}
          variant="default"
          size="xs"
          leftSection={<DownloadIcon size={14} />}
          component="a"
          href={address(`v1/experiments/${id}/observations/export?format=${format}`)}
          download
        >
          {format.toUpperCase()}
        </Button>
      ))}
    </>
  );
}

function NothingObserved({ experiment }: { experiment: ExperimentOut }) {
  const params = { experimentId: experiment.id ?? "" };
  const mayWrite = useMayWrite();
  return (
    <Empty title="Nothing observed yet">
      <p>
        Results come from{" "}
        <Link to="/experiments/$experimentId/suggestions" params={params}>
          Suggestions
        </Link>{" "}
        that are evaluated and reported by hand, or from a program: see{" "}
        <Link to="/experiments/$experimentId/api" params={params}>
          API
        </Link>
        .{mayWrite && " What you measured before counts as much: type it, or bring it in a file."}
      </p>
      {mayWrite && (
        <div className={styles.files}>
          <AddButton experiment={experiment} />
          <ImportButton experiment={experiment} />
        </div>
      )}
    </Empty>
  );
}

interface EditDialogProps {
  experiment: ExperimentOut;
  observation: ObservationOut | null;
  onClose: () => void;
}

function EditDialog({ experiment, observation, onClose }: EditDialogProps) {
  const id = experiment.id ?? "";
  const save = useChange(id, (body: ObservationIn) => correct(id, observation?.id ?? "", body));
  function close() {
    save.reset();
    onClose();
  }
  return (
    <Modal opened={observation !== null} onClose={close} title={`Observation ${observation?.id ?? ""}`}>
      {observation && (
        <>
          <p className="dimmed">
            {Object.entries(observation.assignments)
              .map(([name, value]) => `${name} = ${shown(value)}`)
              .join(", ")}
          </p>
          <ReportForm
            key={observation.id}
            metrics={experiment.metrics}
            initial={reportOf(observation, experiment.metrics)}
            submit="Save"
            busy={save.isPending}
            error={save.error}
            onSubmit={(body) => save.mutate(body, { onSuccess: close })}
          />
        </>
      )}
    </Modal>
  );
}
