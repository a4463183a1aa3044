"""`make docs`: write what differs, and say what was written."""

from runtime.docs.pages import ROOT, documents

if __name__ == "__main__":
    for file, text in documents().items():
        if not file.exists() or file.read_text() != text:
            file.write_text(text)
            print(file.relative_to(ROOT))
