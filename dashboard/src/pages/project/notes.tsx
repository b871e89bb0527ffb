import { Button, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, lazy, Suspense, useState } from "react";
import { noteQuery, writeNote } from "../../api/notes";
import { queryClient } from "../../api/query-client";
import { useMayWrite } from "../../api/session";
import { Empty, Failure, Waiting } from "../../ui/feedback";
import forms from "../../ui/forms.module.css";
import { EditIcon } from "../../ui/icons";
import { notify } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { Ago } from "../../ui/time";
import { UserName } from "../../ui/user-name";
import { useProjectPath } from "./project";

const Markdown = lazy(() => import("../../ui/markdown").then(({ Markdown }) => ({ default: Markdown })));

/** What people have written about a project. */
export function NotesTab() {
  const of = useProjectPath();
  const note = useQuery(noteQuery(of.client, of.project));
  const mayWrite = useMayWrite();
  const [writing, setWriting] = useState(false);
  if (note.isPending) return <Waiting />;
  if (note.isError) return <Failure error={note.error} retry={note.refetch} />;
  if (writing) return <Writing before={note.data?.contents ?? ""} onDone={() => setWriting(false)} />;
  if (!note.data?.contents.trim()) {
    return (
      <Empty title="Nothing noted yet">
        <p>What the project is about, what was tried, what to do next. It is shown with all of its experiments, too.</p>
        {mayWrite && (
          <Button size="xs" onClick={() => setWriting(true)}>
            Write a note
          </Button>
        )}
      </Empty>
    );
  }
  const { contents, created, user } = note.data;
  return (
    <Panel
      actions={
        <>
          <span className="dimmed">
            {user && (
              <>
                <UserName id={user} />,{" "}
              </>
            )}
            <Ago time={created} />
          </span>
          {mayWrite && (
            <Button
              size="compact-sm"
              fz="xs"
              variant="default"
              leftSection={<EditIcon size={14} />}
              onClick={() => setWriting(true)}
            >
              Edit
            </Button>
          )}
        </>
      }
    >
      <Suspense fallback={<Waiting />}>
        <Markdown>{contents}</Markdown>
      </Suspense>
    </Panel>
  );
}

function Writing({ before, onDone }: { before: string; onDone: () => void }) {
  const of = useProjectPath();
  const [contents, setContents] = useState(before);
  const save = useMutation({
    mutationFn: () => writeNote(of.client, of.project, contents),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["note", of.client, of.project] });
      notify({ text: "The note is saved." });
      onDone();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }
  return (
    <Panel>
      <form className={forms.form} onSubmit={submit}>
        <Textarea
          label="Note"
          description="In Markdown. It takes the place of the one before."
          value={contents}
          onChange={(event) => setContents(event.currentTarget.value)}
          rows={16}
          data-autofocus
        />
        {save.isError && <Failure error={save.error} />}
        <div className={forms.buttons}>
          <Button type="submit" size="xs" loading={save.isPending} disabled={contents === before}>
            Save
          </Button>
          <Button variant="default" size="xs" onClick={onDone}>
            Cancel
          </Button>
        </div>
      </form>
      {contents.trim() && (
        <>
          <h2 className={forms.preview}>As it will be shown</h2>
          <Suspense fallback={<Waiting />}>
            <Markdown>{contents}</Markdown>
          </Suspense>
        </>
      )}
    </Panel>
  );
}
