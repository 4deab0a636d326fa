// The little of REST and Auth that the editor needs.

/** Signs in or up; what comes back speaks for that person. */
export async function backend(way, email, password) {
  let session = await auth(way, { email, password, data: { full_name: email.split('@')[0] } });
  let renewing;

  /** A token that is good for another minute. */
  async function token() {
    if (session.expires_at * 1000 > Date.now() + 60_000) return session.access_token;
    renewing ??= auth('token?grant_type=refresh_token', { refresh_token: session.refresh_token })
      .then((next) => { session = next; })
      .finally(() => { renewing = undefined; });
    await renewing;
    return session.access_token;
  }

  async function rest(method, path, body, prefer) {
    const response = await fetch(`/rest/v1/${path}`, {
      method,
      headers: { Authorization: `Bearer ${await token()}`, 'Content-Type': 'application/json', ...(prefer && { Prefer: prefer }) },
      body: body && JSON.stringify(body),
    });
    if (response.ok) return response.status === 204 ? null : response.json();
    throw Object.assign(new Error((await response.json().catch(() => ({}))).message ?? response.statusText), { status: response.status });
  }

  return {
    token,
    user: session.user,

    /** Those the person sees; the first of all is made. */
    async projects() {
      const found = await rest('GET', 'projects?select=id,name&order=created_at');
      if (found.length > 0) return found;
      const name = session.user.email.split('@')[0];
      const slug = `${name.replace(/[^a-z0-9]+/g, '-')}-${session.user.id.slice(0, 8)}`;
      const [workspace] = await rest('POST', 'workspaces?select=id', { name, slug }, 'return=representation');
      return rest('POST', 'projects?select=id,name', { workspace_id: workspace.id, name: 'First project', slug: 'first' }, 'return=representation');
    },

    files: (project) => rest('GET', `files?project_id=eq.${project}&is_deleted=is.false&order=path`),

    addFile: async (project, path) =>
      (await rest('POST', 'files', { project_id: project, path, type: 'file', content: '' }, 'return=representation'))[0],

    /** Tries until the gateway answers: a file is written as a whole, so twice is as good as once. */
    async save(id, content) {
      for (let pause = 250; ; pause = Math.min(2 * pause, 4000)) {
        try {
          return await rest('PATCH', `files?id=eq.${id}`, { content }, 'return=minimal');
        } catch (error) {
          if (error.status && error.status < 500) throw error;
          await new Promise((resolve) => { setTimeout(resolve, pause); });
        }
      }
    },

    editing: (project, file) =>
      rest('POST', 'editor_sessions?on_conflict=user_id,project_id', { project_id: project, active_file_id: file, open_files: [{ file_id: file }] }, 'resolution=merge-duplicates,return=minimal'),
  };
}

async function auth(way, body) {
  const response = await fetch(`/auth/v1/${way}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.msg ?? answer.message ?? response.statusText);
  return answer;
}
