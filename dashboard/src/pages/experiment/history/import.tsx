import { Button, Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ChangeEvent, type DragEvent, useMemo, useState } from "react";
import { useChange } from "../../../api/changes";
import { ApiError } from "../../../api/client";
import { checkFile, importFile, type ResultFile } from "../../../api/imports";
import type { ExperimentOut, ObservationImportOut } from "../../../api/schema";
import { columnNames, csvRows, emptyTable, withFullNames } from "../../../lib/csv";
import { number } from "../../../lib/numbers";
import { Failure, Waiting } from "../../../ui/feedback";
import forms from "../../../ui/forms.module.css";
import { CheckIcon, UploadIcon } from "../../../ui/icons";
import { notify } from "../../../ui/notice";
import { Faults, Preview } from "./file-preview";
import styles from "./import.module.css";

/** Brings results from a file: checked by the service before anything is stored, and then all or none. */
export function ImportButton({ experiment }: { experiment: ExperimentOut }) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button variant="default" size="xs" leftSection={<UploadIcon size={14} />} onClick={() => setOpened(true)}>
        Import
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Results from a file" size="xl">
        <ImportForm experiment={experiment} onDone={() => setOpened(false)} />
      </Modal>
    </>
  );
}

function ImportForm({ experiment, onDone }: { experiment: ExperimentOut; onDone: () => void }) {
  const id = experiment.id ?? "";
  const names = useMemo(() => columnNames(experiment), [experiment]);
  const [file, setFile] = useState<ResultFile | null>(null);
  const check = useMutation({ mutationFn: (file: ResultFile) => checkFile(id, file) });
  const store = useChange(id, async (file: ResultFile) => {
    const stored = await importFile(id, file);
    // Said here: the first results change the page, which may have closed this form by the time it hears of them.
    notify({ text: `Imported from ${file.name}: ${counted(stored)}.` });
    onDone();
  });

  async function take(given: File | undefined) {
    if (given === undefined) return;
    store.reset();
    const lines = /\.(ndjson|jsonl|json)$/i.test(given.name);
    const text = await given.text();
    const taken: ResultFile = {
      name: given.name,
      type: lines ? "application/x-ndjson" : "text/csv",
      content: lines ? text : withFullNames(text, names),
    };
    setFile(taken);
    check.mutate(taken);
  }

  const columns = useMemo(() => csvRows(file?.content ?? "", 1)[0]?.cells ?? [], [file]);
  const refusal = store.error ?? check.error;
  return (
    <div className={forms.form}>
      <Drop onFile={take} chosen={file?.name ?? null} />
      {file === null && <Hint names={names} name={`experiment-${id}.csv`} />}
      {check.isPending && <Waiting what={`Checking ${file?.name ?? ""}`} />}
      {refusal && (
        <>
          <Failure error={refusal instanceof ApiError && refusal.rows.length > 0 ? headline(refusal) : refusal} />
          {refusal instanceof ApiError && <Faults rows={refusal.rows} columns={columns} />}
        </>
      )}
      {check.isSuccess && !store.isError && (
        <p className={styles.fine} role="status">
          <CheckIcon size={16} /> {counted(check.data)}, and nothing is wrong. Nothing is stored yet.
        </p>
      )}
      {file?.type === "text/csv" && !check.isPending && (
        <Preview file={file} faults={refusal instanceof ApiError ? refusal.rows : []} />
      )}
      {check.isSuccess && file !== null && (
        <div className={forms.buttons}>
          <Button size="xs" loading={store.isPending} onClick={() => store.mutate(file)}>
            Import {counted(check.data)}
          </Button>
        </div>
      )}
    </div>
  );
}

/** How many rows are wrong; which ones stands in the table below. */
function headline(refusal: ApiError): Error {
  return new Error(`${refusal.message.split(": line ")[0]}. Mend the file, and choose it again.`);
}

function counted({ observation_count: count, failed_count: failed }: ObservationImportOut): string {
  const observations = `${number(count)} ${count === 1 ? "observation" : "observations"}`;
  return failed > 0 ? `${observations}, ${number(failed)} of them failed` : observations;
}

/** A place to drop a file onto, which also opens the system's dialog. */
function Drop({ onFile, chosen }: { onFile: (file: File | undefined) => void; chosen: string | null }) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onFile(event.dataTransfer.files[0]);
  };
  return (
    <label
      className={`${styles.drop} ${over ? styles.over : ""}`}
      onDrop={drop}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
    >
      <input
        type="file"
        accept=".csv,.ndjson,.jsonl,text/csv"
        aria-label="File of results"
        data-autofocus
        onChange={(event: ChangeEvent<HTMLInputElement>) => {
          onFile(event.currentTarget.files?.[0]);
          event.currentTarget.value = ""; // the same file once more, mended, is a change
        }}
      />
      <UploadIcon size={22} />
      <span>
        {chosen === null ? (
          <>
            <strong>Choose a file</strong>, or drop one here: CSV, or NDJSON as the export writes it
          </>
        ) : (
          <>
            <strong>{chosen}</strong>; choose another, or the same when it is mended
          </>
        )}
      </span>
    </label>
  );
}

function Hint({ names, name }: { names: Map<string, string>; name: string }) {
  const table = emptyTable(names);
  return (
    <div className={styles.hint}>
      <p>
        The first line names the columns: parameters, metrics, and if you like <code>failed</code> and{" "}
        <code>metadata.ANYTHING</code>. Every other line is an evaluation. The file is checked before anything is
        stored.
      </p>
      <p>
        <a href={`data:text/csv;charset=utf-8,${encodeURIComponent(table)}`} download={name}>
          An empty table for this experiment
        </a>
      </p>
    </div>
  );
}
