"""Pages that show what the command line knows, and the same as JSON at `/api`.

`app` puts the parts together, `safety` lets in who may come in, `views` say what each page shows,
`templates` how.
"""
