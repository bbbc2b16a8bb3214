"""The show's static pages. `publisher.site.pages` renders them."""
