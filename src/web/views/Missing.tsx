/** Nothing is under this path. */
export const Missing = () => (
  <div class="empty">
    <h1>There is no such page</h1>
    <p>The address may have been cut or mistyped.</p>
    <a class="button" href="/">
      To the overview
    </a>
  </div>
)
