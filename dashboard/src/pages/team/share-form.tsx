import { Button, Modal, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { experimentsQuery } from "../../api/experiments";
import type { Session } from "../../api/session";
import { shareExperiment, tokenChanged } from "../../api/tokens";
import { Failure } from "../../ui/feedback";
import forms from "../../ui/forms.module.css";
import { PlusIcon } from "../../ui/icons";

const PAUSE_MS = 250;

/** Makes a token that shows one experiment to anybody, to read. */
export function ShareAnExperiment({ session }: { session: Session }) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button
        size="compact-sm"
        fz="xs"
        variant="default"
        leftSection={<PlusIcon size={14} />}
        onClick={() => setOpened(true)}
      >
        New share link
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="A link for reading">
        <ShareForm session={session} onDone={() => setOpened(false)} />
      </Modal>
    </>
  );
}

function ShareForm({ session, onDone }: { session: Session; onDone: () => void }) {
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed, PAUSE_MS);
  const [experiment, setExperiment] = useState<string | null>(null);
  const found = useInfiniteQuery(
    experimentsQuery({
      client: session.client?.id ?? null,
      search: experiment === null ? search : "",
      state: "all",
      sort: "id",
      ascending: false,
      project: null,
    }),
  );
  const share = useMutation({
    mutationFn: shareExperiment,
    onSuccess: async (token) => {
      await tokenChanged(token.id, token);
      onDone();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (experiment !== null) share.mutate(experiment);
  }
  const experiments = found.data?.pages[0]?.data ?? [];
  return (
    <form className={forms.form} onSubmit={submit}>
      <Select
        size="xs"
        label="Experiment"
        description="Whoever has the link sees it for thirty days, and can change nothing."
        placeholder="A part of its name"
        data={experiments.map(({ id, name }) => ({ value: id ?? "", label: `${name} #${id}` }))}
        filter={({ options }) => options} // the service has searched
        value={experiment}
        onChange={setExperiment}
        onSearchChange={setTyped}
        nothingFoundMessage={found.isFetching ? "Searching …" : "No experiment has such a name"}
        searchable
        data-autofocus
      />
      {share.isError && <Failure error={share.error} />}
      <div className={forms.buttons}>
        <Button type="submit" size="xs" loading={share.isPending} disabled={experiment === null}>
          Make the link
        </Button>
      </div>
    </form>
  );
}
