import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { guestToken } from "../../../api/client";
import { noteQuery } from "../../../api/notes";
import type { ExperimentOut } from "../../../api/schema";
import { Panel } from "../../../ui/page";
import { Ago } from "../../../ui/time";

const Markdown = lazy(() => import("../../../ui/markdown").then(({ Markdown }) => ({ default: Markdown })));

/** The note about the project that the experiment belongs to, if there is one and the reader may see it. */
export function Notes({ experiment }: { experiment: ExperimentOut }) {
  const { client, project } = experiment;
  const wanted = project !== null && guestToken() === null;
  const note = useQuery({ ...noteQuery(client ?? "", project ?? ""), enabled: wanted });
  if (!wanted || !note.data?.contents.trim()) return null;
  return (
    <Panel title="Notes of the project">
      <Suspense fallback={null}>
        <Markdown>{note.data.contents}</Markdown>
      </Suspense>
      <p className="dimmed">
        written <Ago time={note.data.created} />
      </p>
    </Panel>
  );
}
