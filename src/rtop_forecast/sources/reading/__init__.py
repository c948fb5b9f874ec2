"""Tools of the readers: files, columns, codes and names, and the table that every reader returns."""
