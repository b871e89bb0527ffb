import { Button, Checkbox, Popover, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { queryClient } from "../../api/query-client";
import { archiveRuns, refreshRuns } from "../../api/runs";
import type { RunOut, TagOut } from "../../api/schema";
import { createTag, putTag, takeTag } from "../../api/tags";
import { number } from "../../lib/numbers";
import { Failure } from "../../ui/feedback";
import { PlusIcon } from "../../ui/icons";
import { notify } from "../../ui/notice";
import { TagDot } from "../../ui/tags";
import styles from "./actions.module.css";

/** Archives runs, or brings them back if they are archived; either can be undone. */
export function ArchiveButton({ runs, done }: { runs: RunOut[]; done?: () => void }) {
  const back = runs.every((run) => run.deleted);
  const ids = runs.map((run) => run.id);
  const change = useMutation({
    mutationFn: () => archiveRuns(ids, !back),
    onSuccess: () => {
      const what = ids.length === 1 ? "The run is" : `${number(ids.length)} runs are`;
      notify({
        text: back ? `${what} back.` : `${what} archived.`,
        undo: () => archiveRuns(ids, back).then(() => null),
      });
      done?.();
    },
    onError: (error) => notify({ text: error.message }),
  });
  return (
    <Button size="compact-sm" fz="xs" variant="default" loading={change.isPending} onClick={() => change.mutate()}>
      {back ? "Bring back" : "Archive"}
    </Button>
  );
}

interface TagButtonProps {
  client: string;
  runs: RunOut[];
  tags: TagOut[];
}

const FIRST_COLOR = "#1f6f8b";

/** Puts tags on runs, and takes them off; makes new ones. */
export function TagButton({ client, runs, tags }: TagButtonProps) {
  const [opened, setOpened] = useState(false);
  const change = useMutation({
    mutationFn: async ({ tag, on }: { tag: string; on: boolean }) => {
      for (const run of runs) {
        if (on !== run.tags.includes(tag)) await (on ? putTag(run.id, tag) : takeTag(run.id, tag));
      }
    },
    onSettled: refreshRuns,
  });
  const create = useMutation({
    mutationFn: (body: { name: string; color: string }) => createTag(client, body),
    onSuccess: async (tag) => {
      await queryClient.invalidateQueries({ queryKey: ["tags", client] });
      change.mutate({ tag: tag.id, on: true });
    },
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const body = { name: String(given.get("name")), color: String(given.get("color")) };
    create.mutate(body, { onSuccess: () => form.reset() });
  }
  const error = change.error ?? create.error;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus withinPortal shadow="md">
      <Popover.Target>
        <Button size="compact-sm" fz="xs" variant="default" onClick={() => setOpened(!opened)}>
          Tags
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Tags">
        <div className={styles.chooser}>
          {tags.map((tag) => {
            const having = runs.filter((run) => run.tags.includes(tag.id)).length;
            return (
              <Checkbox
                key={tag.id}
                size="xs"
                label={
                  <>
                    <TagDot color={tag.color} /> {tag.name}
                  </>
                }
                checked={having === runs.length}
                indeterminate={having > 0 && having < runs.length}
                disabled={change.isPending}
                onChange={() => change.mutate({ tag: tag.id, on: having < runs.length })}
              />
            );
          })}
          <form className={styles.newTag} onSubmit={submit}>
            <TextInput size="xs" name="name" label="New tag" required withAsterisk={false} />
            <input type="color" name="color" aria-label="Colour" defaultValue={FIRST_COLOR} className={styles.colour} />
            <Button type="submit" size="xs" loading={create.isPending} aria-label="Make the tag">
              <PlusIcon size={15} />
            </Button>
          </form>
          {error && <Failure error={error} />}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
