"""Maps: drawn once by a build, served as files afterwards.

`build` draws them with folium and is imported by builds only. `picture` draws the still picture of a page in
plain Python at the time of the request, from paths that a build has laid down.
"""
