// A picture to search by: picked, dropped or pasted.

function takePictures(view) {
  const file = view.node("file"),
    drop = view.node("drop");
  const take = (files) => {
    const picture = [...(files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!picture && files?.length)
      view.answers.failed(
        Object.assign(new Error("That is no picture. Choose a JPEG, PNG, WebP or GIF file."), {
          status: 400,
        }),
        true,
      );
    if (!picture) return;
    const most = view.about.limits?.body;
    if (most && picture.size > most) {
      view.answers.failed(
        Object.assign(
          new Error(
            `The picture has ${(picture.size / 1e6).toFixed(1)} MB, more than the ${(most / 1e6).toFixed(0)} MB that this server takes. Make it smaller.`,
          ),
          { status: 413 },
        ),
      );
      return;
    }
    view.change({ picture, like: "" });
  };
  view.node("pick").hidden = false;
  view.node("pick").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    take(file.files);
    file.value = "";
  });
  document.addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) {
      event.preventDefault();
      take(event.clipboardData.files);
    }
  });
  let depth = 0;
  const hasFile = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragenter", (event) => {
    if (hasFile(event)) {
      depth += 1;
      drop.hidden = false;
    }
  });
  document.addEventListener("dragleave", (event) => {
    if (hasFile(event) && --depth <= 0) {
      depth = 0;
      drop.hidden = true;
    }
  });
  document.addEventListener("dragover", (event) => {
    if (hasFile(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (hasFile(event)) {
      event.preventDefault();
      depth = 0;
      drop.hidden = true;
      take(event.dataTransfer.files);
    }
  });
}
