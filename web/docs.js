/** The API to read and try; see docs.html. */
window.SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#api', deepLinking: true, persistAuthorization: false });
