import { useQuery } from "@tanstack/react-query";
import { guestToken } from "../../api/client";
import { fileQuery } from "../../api/runs";
import type { RunOut } from "../../api/schema";
import { bytes } from "../../lib/numbers";
import { Panel } from "../../ui/page";
import styles from "./run.module.css";

/** What a run has kept, to take along. */
export function Files({ run }: { run: RunOut }) {
  if (run.files.length === 0) return null;
  return (
    <Panel title="Files">
      {guestToken() === null ? (
        <ul className={styles.plain}>
          {run.files.map((id) => (
            <File key={id} id={id} />
          ))}
        </ul>
      ) : (
        <p className={styles.none}>Files are not shared.</p>
      )}
    </Panel>
  );
}

function File({ id }: { id: string }) {
  const { data: file, error, isError } = useQuery(fileQuery(id));
  if (isError) return <li role="alert">{`File ${id}: ${error.message}`}</li>;
  if (file === undefined) return <li className="dimmed">File {id} …</li>;
  const name = file.name ?? file.filename ?? `file ${id}`;
  return (
    <li className={styles.file}>
      <a href={file.download.url} download={file.filename ?? name}>
        {name}
      </a>
      <span className="dimmed">
        {file.content_type}, {bytes(file.content_length)}
      </span>
    </li>
  );
}
