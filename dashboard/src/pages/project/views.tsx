import { Button, Popover, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { ProjectPath } from "../../api/runs";
import type { WebDataOut } from "../../api/schema";
import { useMayWrite } from "../../api/session";
import { removeView, saveView, viewsQuery } from "../../api/views";
import { runAnalysisSearch, type RunAnalysisSearch } from "../../lib/search/run-analysis";
import { runsSearch } from "../../lib/search/runs";
import { RemoveButton } from "../../ui/confirm";
import { Failure } from "../../ui/feedback";
import styles from "./runs.module.css";

interface ViewsProps {
  of: ProjectPath;
  tab: "runs" | "analysis";
  /** What is shown now. */
  search: RunAnalysisSearch;
}

/** Views of the runs of a project that the team has saved under names: columns, filters, axes, what is chosen. */
export function Views({ of, tab, search }: ViewsProps) {
  const [opened, setOpened] = useState(false);
  const mayWrite = useMayWrite();
  const views = useQuery({ ...viewsQuery(of), enabled: opened });
  const save = useMutation({ mutationFn: (name: string) => saveView(of, name, { tab, search: plain(search) }) });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    save.mutate(String(new FormData(form).get("name")), { onSuccess: () => form.reset() });
  }
  const found = views.data?.data ?? [];
  const error = views.error ?? save.error;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus withinPortal shadow="md">
      <Popover.Target>
        <Button size="xs" variant="default" onClick={() => setOpened(!opened)}>
          Views
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Saved views">
        <div className={styles.views}>
          {views.isSuccess && found.length === 0 && (
            <p className="dimmed">What is shown now can be saved under a name, for the whole team.</p>
          )}
          {found.length > 0 && (
            <ul>
              {found.map((view) => (
                <li key={view.id}>
                  <ViewLink of={of} view={view} onClick={() => setOpened(false)} />
                  {mayWrite && (
                    <RemoveButton
                      what={`view ${view.display_name}`}
                      consequence="Nobody in the team finds it here any longer; the runs stay."
                      onConfirm={() => removeView(view.id)}
                    />
                  )}
                </li>
              ))}
            </ul>
          )}
          {mayWrite && (
            <form onSubmit={submit}>
              <TextInput size="xs" name="name" label="Save what is shown as" required withAsterisk={false} />
              <Button type="submit" size="xs" loading={save.isPending}>
                Save
              </Button>
            </form>
          )}
          {error && <Failure error={error} />}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function ViewLink({ of, view, onClick }: { of: ProjectPath; view: WebDataOut; onClick: () => void }) {
  const params = { clientId: of.client, projectId: of.project };
  const search = typeof view.payload.search === "object" ? (view.payload.search as Record<string, unknown>) : {};
  return view.payload.tab === "analysis" ? (
    <Link
      to="/projects/$clientId/$projectId/analysis"
      params={params}
      search={runAnalysisSearch(search ?? {})}
      onClick={onClick}
    >
      {view.display_name}
    </Link>
  ) : (
    <Link to="/projects/$clientId/$projectId/runs" params={params} search={runsSearch(search ?? {})} onClick={onClick}>
      {view.display_name}
    </Link>
  );
}

/** Without what is left to be as usual. */
function plain(search: RunAnalysisSearch): Record<string, unknown> {
  return JSON.parse(JSON.stringify(search)) as Record<string, unknown>;
}
