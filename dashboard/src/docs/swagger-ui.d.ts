declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface Request {
    method: string;
    headers: Record<string, string>;
  }
  export default function SwaggerUI(options: {
    domNode: Element;
    spec: unknown;
    deepLinking: boolean;
    docExpansion: "list" | "none";
    defaultModelsExpandDepth: number;
    filter: boolean;
    validatorUrl: null;
    requestInterceptor: (request: Request) => Request;
  }): void;
}
