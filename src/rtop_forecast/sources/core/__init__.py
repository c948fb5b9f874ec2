"""The bundled tables: read as source tables, and built anew from official releases."""
