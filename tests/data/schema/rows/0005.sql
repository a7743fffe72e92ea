INSERT INTO edition_images (id, edition_id, content_id, url, bytes) VALUES (1, 2, 'p1@harbour.example', 'https://harbour.example/2.png', x'89504e47');
