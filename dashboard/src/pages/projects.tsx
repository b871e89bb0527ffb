import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { createProject, projectsQuery } from "../api/projects";
import { queryClient } from "../api/query-client";
import type { ProjectOut } from "../api/schema";
import { useMayWrite, useSession } from "../api/session";
import { number } from "../lib/numbers";
import table from "../ui/data-table.module.css";
import { Empty, Failure, Waiting } from "../ui/feedback";
import forms from "../ui/forms.module.css";
import { PlusIcon } from "../ui/icons";
import { Page } from "../ui/page";
import { Ago } from "../ui/time";

/** Places for experiments and runs that belong together. */
export function ProjectsPage() {
  const client = useSession().client?.id ?? null;
  const projects = useQuery(projectsQuery(client));
  const mayWrite = useMayWrite();
  return (
    <Page title="Projects" actions={mayWrite && client !== null && <NewProject client={client} />}>
      {client === null ? (
        <Empty title="No team yet">
          <p>Projects belong to a team; ask an administrator to let you into one.</p>
        </Empty>
      ) : projects.isPending ? (
        <Waiting what="Loading projects" />
      ) : projects.isError ? (
        <Failure error={projects.error} retry={projects.refetch} />
      ) : projects.data.data.length === 0 ? (
        <Empty title="No projects yet">
          <p>
            A project keeps experiments and runs together that belong together. Make one, and name it when you make
            them.
          </p>
        </Empty>
      ) : (
        <ProjectTable projects={projects.data.data} />
      )}
    </Page>
  );
}

function ProjectTable({ projects }: { projects: ProjectOut[] }) {
  return (
    <div className={table.frame}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className={table.number}>
              Experiments
            </th>
            <th scope="col" className={table.number}>
              Runs
            </th>
            <th scope="col">Created</th>
            <th scope="col">Changed</th>
          </tr>
        </thead>
        <tbody>
          {projects.map((project) => (
            <tr key={project.id}>
              <td className={table.name}>
                <Link
                  to="/projects/$clientId/$projectId"
                  params={{ clientId: project.client, projectId: project.id }}
                  className={table.link}
                >
                  {project.name}
                </Link>{" "}
                <span className={table.id}>{project.id}</span>
              </td>
              <td className={table.number}>{number(project.experiment_count)}</td>
              <td className={table.number}>{number(project.training_run_count)}</td>
              <td className="dimmed">
                <Ago time={project.created} />
              </td>
              <td className="dimmed">
                <Ago time={project.updated} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function NewProject({ client }: { client: string }) {
  const [opened, setOpened] = useState(false);
  const create = useMutation({
    mutationFn: (body: { id: string; name: string }) => createProject(client, body),
    onSuccess: () => {
      setOpened(false);
      return queryClient.invalidateQueries({ queryKey: ["projects"] });
    },
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    create.mutate({ id: String(form.get("id")), name: String(form.get("name")) });
  }
  return (
    <>
      <Button size="xs" leftSection={<PlusIcon size={16} />} onClick={() => setOpened(true)}>
        New project
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="New project">
        <form className={forms.form} onSubmit={submit}>
          <TextInput size="xs" name="name" label="Name" required withAsterisk={false} data-autofocus />
          <TextInput
            size="xs"
            name="id"
            label="Id"
            description="For programs: 1 to 32 of a-z, 0-9, - _ and ."
            required
            withAsterisk={false}
          />
          {create.isError && <Failure error={create.error} />}
          <div className={forms.buttons}>
            <Button type="submit" size="xs" loading={create.isPending}>
              Create the project
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
