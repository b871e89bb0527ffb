import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Outlet } from "@tanstack/react-router";
import { projectQuery } from "../../api/projects";
import type { ProjectPath } from "../../api/runs";
import { Page } from "../../ui/page";
import { TAB, Tabs } from "../../ui/tabs";
import { Ago } from "../../ui/time";

const route = getRouteApi("/signed-in/projects/$clientId/$projectId");

/** One project: its name, and below one of its tabs. */
export function ProjectPage() {
  const params = route.useParams();
  const project = useProject();
  return (
    <Page
      title={project.name}
      above={
        <>
          <Link to="/projects">Projects</Link> / {params.projectId}
        </>
      }
      actions={
        <span className="dimmed">
          changed <Ago time={project.updated} />
        </span>
      }
    >
      <Tabs label="Project">
        <Link to="/projects/$clientId/$projectId" params={params} {...TAB}>
          Overview
        </Link>
        <Link to="/projects/$clientId/$projectId/runs" params={params} {...TAB}>
          Runs
        </Link>
        <Link to="/projects/$clientId/$projectId/analysis" params={params} {...TAB}>
          Analysis
        </Link>
        <Link to="/projects/$clientId/$projectId/notes" params={params} {...TAB}>
          Notes
        </Link>
      </Tabs>
      <Outlet />
    </Page>
  );
}

/** The project of this address; every tab may ask for it, it is fetched once. */
export function useProject() {
  const { clientId, projectId } = route.useParams();
  return useSuspenseQuery(projectQuery(clientId, projectId)).data;
}

export function useProjectPath(): ProjectPath {
  const { clientId, projectId } = route.useParams();
  return { client: clientId, project: projectId };
}
