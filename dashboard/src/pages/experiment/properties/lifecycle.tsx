import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import {
  archiveExperiment,
  refreshExperiment,
  resetExperiment,
  updateExperiment,
  useChange,
} from "../../../api/changes";
import { createExperiment } from "../../../api/preflight";
import { queryClient } from "../../../api/query-client";
import type { ExperimentOut } from "../../../api/schema";
import { copyOf } from "../../../lib/copy";
import { observed } from "../../../lib/experiment";
import { number } from "../../../lib/numbers";
import { ConfirmButton } from "../../../ui/confirm";
import { Failure } from "../../../ui/feedback";
import forms from "../../../ui/forms.module.css";
import { notify } from "../../../ui/notice";
import { Panel } from "../../../ui/page";
import styles from "./properties.module.css";

/** What can be done with the experiment as a whole. */
export function Lifecycle({ experiment }: { experiment: ExperimentOut }) {
  return (
    <Panel title="As a whole">
      <ul className={styles.deeds}>
        <Copy experiment={experiment} />
        {experiment.state === "active" && !experiment.runs_only && <Reset experiment={experiment} />}
        <Archive experiment={experiment} />
      </ul>
    </Panel>
  );
}

function Deed({ name, about, children }: { name: string; about: string; children: ReactNode }) {
  return (
    <li>
      <div>
        <strong>{name}</strong>
        <p className={styles.about}>{about}</p>
      </div>
      {children}
    </li>
  );
}

function Copy({ experiment }: { experiment: ExperimentOut }) {
  const [opened, setOpened] = useState(false);
  const navigate = useNavigate();
  const copy = useMutation({
    mutationFn: (name: string) => createExperiment(experiment.client, copyOf(experiment, name)),
    onSuccess: async (made) => {
      await queryClient.invalidateQueries({ queryKey: ["experiments"] });
      notify({ text: `${made.name} has the same definition, and no data.` });
      await navigate({ to: "/experiments/$experimentId", params: { experimentId: made.id ?? "" } });
    },
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    copy.mutate(String(new FormData(event.currentTarget).get("name")));
  }
  return (
    <Deed name="Copy" about="Another experiment with the same definition, and without data.">
      <Button size="xs" variant="default" onClick={() => setOpened(true)}>
        Copy …
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Copy the experiment">
        <form className={forms.form} onSubmit={submit}>
          <TextInput
            size="xs"
            name="name"
            label="Name of the copy"
            defaultValue={`${experiment.name}, again`}
            maxLength={100}
            required
            withAsterisk={false}
            data-autofocus
          />
          {copy.isError && <Failure error={copy.error} />}
          <div className={forms.buttons}>
            <Button type="submit" size="xs" loading={copy.isPending}>
              Make the copy
            </Button>
          </div>
        </form>
      </Modal>
    </Deed>
  );
}

function Reset({ experiment }: { experiment: ExperimentOut }) {
  const id = experiment.id ?? "";
  const count = observed(experiment)?.observation_count ?? 0;
  const what = count === 1 ? "Its one observation goes" : `All ${number(count)} observations go`;
  return (
    <Deed name="Reset" about="As if it had just been made: without observations and suggestions.">
      <ConfirmButton
        size="xs"
        label="Reset the experiment"
        title={`Reset ${experiment.name}?`}
        word="Reset"
        consequence={`${count > 0 ? what : "Nothing was observed; what goes is what is known"}, with all suggestions and what was learned. They do not come back: take the history along first, as CSV.`}
        onConfirm={async () => {
          await resetExperiment(id);
          await refreshExperiment(id);
          notify({ text: `${experiment.name} begins anew.` });
        }}
      />
    </Deed>
  );
}

function Archive({ experiment }: { experiment: ExperimentOut }) {
  const id = experiment.id ?? "";
  const navigate = useNavigate();
  const bringBack = async () => {
    await updateExperiment(id, { state: "active" });
    await refreshExperiment(id);
    return null;
  };
  const archived = experiment.state === "deleted";
  const archive = useChange(id, async () => {
    if (archived) return bringBack();
    await archiveExperiment(id);
    notify({ text: `${experiment.name} is archived.`, undo: bringBack });
    await navigate({ to: "/experiments" });
  });
  return (
    <Deed
      name={archived ? "It is archived" : "Archive"}
      about={
        archived
          ? "It takes no new suggestions and observations; what it has stays to be read."
          : "It leaves the list and takes no new suggestions and observations; nothing is lost, and it can be brought back."
      }
    >
      <Button size="xs" variant="default" loading={archive.isPending} onClick={() => archive.mutate()}>
        {archived ? "Bring it back" : "Archive"}
      </Button>
      {archive.isError && <Failure error={archive.error} />}
    </Deed>
  );
}
