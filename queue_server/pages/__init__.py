"""What browsers show of a hall: Jinja2 templates, plain ES modules and CSS. Nothing here decides anything."""
